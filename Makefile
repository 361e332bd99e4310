# SPDX-License-Identifier: GPL-2.0-only
# Builds, tests and installs. The kernel's build system reads Kbuild.

VERSION := $(shell cat VERSION)
NAME := arp-policy

# The running kernel's build tree, otherwise the newest installed headers; with
# KERNELRELEASE, that kernel's build tree.
ifneq ($(KERNELRELEASE),)
KDIR ?= /lib/modules/$(KERNELRELEASE)/build
endif
KDIR ?= $(or $(wildcard /lib/modules/$(shell uname -r)/build),$(shell \
	flavour=$$(dpkg --print-architecture 2>/dev/null | \
		sed 's/^i386$$/686-pae/; s/^armhf$$/armmp/'); \
	ls -d /usr/src/linux-headers-*-$$flavour 2>/dev/null | \
		grep -vE -- '-(rt|cloud)-' | sort -V | tail -n 1))
# As in uname -r; Debian's kernel.release contains the upstream version.
KREL = $(shell sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' \
	$(KDIR)/include/generated/utsrelease.h 2>/dev/null)
PREFIX ?= /usr/local
DESTDIR ?=
DKMS_SRC = $(DESTDIR)/usr/src/$(NAME)-$(VERSION)
# Everything that is needed to build the module.
MODULE_FILES := Kbuild Makefile VERSION dkms.conf include src

TOOL := $(MAKE) -C tools/arpctl VERSION=$(VERSION)

all: module tools

# Targets that build the module here.
module selftest: path
check check-all check-kernels check-arches soak demo bench bench-native lint install: path

module: kdir versions
	+$(MAKE) -C $(KDIR) M=$(CURDIR) modules

tools: versions
	+$(TOOL)

# These files have the version in their own syntax.
versions:
	@grep -q '^PACKAGE_VERSION="$(VERSION)"$$' dkms.conf || { \
	  echo "dkms.conf does not have version $(VERSION) of the file VERSION" >&2; exit 1; }
	@! test -e debian/changelog || \
	  head -n 1 debian/changelog | grep -q '^$(NAME) ($(VERSION)[)~+-]' || { \
	  echo "debian/changelog does not have version $(VERSION) of the file VERSION" >&2; exit 1; }
	@! test -e contrib/rpm || \
	  grep -q '^Version: *$(VERSION)$$' contrib/rpm/arp-policy.spec || { \
	  echo "contrib/rpm/arp-policy.spec does not have version $(VERSION) of the file VERSION" >&2; exit 1; }
	@! test -e contrib/arch || grep -q '^pkgver=$(VERSION)$$' contrib/arch/PKGBUILD || { \
	  echo "contrib/arch/PKGBUILD does not have version $(VERSION) of the file VERSION" >&2; exit 1; }

# Kbuild splits paths at spaces, and make splits rules at colons.
BAD_PATH := $(filter-out 1,$(words $(subst :, ,$(CURDIR))))
path:
ifneq ($(BAD_PATH),)
	@echo "Kbuild does not support a path with a space or a colon:" >&2; \
	echo "  $(CURDIR)" >&2; \
	echo "Move this tree, or use \"make tools\" and \"make dkms-install\", which work here." >&2; exit 1
endif

kdir:
	@test -n "$(KDIR)" -a -e "$(KDIR)/Makefile" || { \
	  echo "No kernel headers: install linux-headers-$$(uname -r)" \
	       "(Debian: linux-headers-$$(dpkg --print-architecture 2>/dev/null)), or give KDIR=…" >&2; exit 1; }

# Prints the release of the kernel in KDIR.
krel: kdir
	@echo $(KREL)

# These install packages first, which changes variables: a new make builds, on all
# processors unless -j is given.
JOBS = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))
demo:
	tests/vm/deps build vm demo
	+$(MAKE) all
	tests/demo/run

check:
	tests/vm/deps build vm check fuzz lint
	+$(MAKE) $(JOBS) all selftest programs
	tests/run

# Also the slow tests that rarely find anything; docs/testing.md lists them.
check-all:
	tests/vm/deps build vm check fuzz lint analysis deb dist rpm kernels prometheus
	tests/vm/unpack $$(tests/vm/deps -l unpacked)
	+$(MAKE) $(JOBS) all selftest programs
	+$(MAKE) deb
	tests/run --all

# On the kernels of all supported Debian releases.
check-kernels:
	tests/vm/deps build vm check kernels
	tests/run tests/soak/kernels.sh

# In emulated machines of other architectures.
check-arches:
	tests/vm/deps build vm check kernels cross foreign
	tests/run tests/soak/arches.sh

# check-all, and longer versions of its tests, also in the debug kernel; takes hours.
soak:
	+$(MAKE) check-all
	tests/vm/deps build vm check fuzz debug kernels cross foreign ynl ansible deb
	tests/vm/ynl >/dev/null
	tests/vm/ynl trixie-backports >/dev/null
	+$(MAKE) $(JOBS) all programs
	+$(MAKE) -C tests/ynl
	tests/run tests/soak/*.sh
	tests/soak/under-fire

# The test programs that run in machines.
PROGRAMS := differential invariant lib fuzz abuse
programs: $(PROGRAMS:%=tests/%)
$(PROGRAMS:%=tests/%):
	+$(MAKE) -C $@

# Builds the module with self-tests that run when it is loaded, in another tree. Objects
# that do not differ are copied: kbuild compares the commands that made them, which contain
# the path of the tree.
selftest: module
	rm -rf build/selftest
	mkdir -p build/selftest
	cp -a Kbuild VERSION include src build/selftest
	find build/selftest -name '.*.cmd' -exec \
	  sed -i 's|$(CURDIR)/|$(CURDIR)/build/selftest/|g' {} +
	+$(MAKE) -C $(KDIR) M=$(CURDIR)/build/selftest ARPP_SELFTEST=1 modules

bench:
	tests/vm/deps build vm bench
	+$(MAKE) all
	tests/bench/run

# In nanoseconds; run it on an idle machine.
bench-native:
	tests/vm/deps build bench native
	+$(MAKE) tools
	tests/bench/native

lint:
	tests/vm/deps build lint analysis
	tests/lint/run

install: all install-module install-tools

install-module: module
	+$(MAKE) -C $(KDIR) M=$(CURDIR) INSTALL_MOD_PATH="$(DESTDIR)" \
	  INSTALL_MOD_DIR=updates modules_install
	$(if $(DESTDIR),,depmod $(KREL))

# Everything except the module, for users who build that with DKMS.
install-tools: tools
	+$(TOOL) PREFIX="$(PREFIX)" DESTDIR="$(DESTDIR)" install
	install -D -m 644 include/uapi/linux/arp_policy.h \
	  "$(DESTDIR)$(PREFIX)/include/linux/arp_policy.h"
	install -D -m 644 netlink/arp_policy.yaml \
	  "$(DESTDIR)$(PREFIX)/share/arp-policy/arp_policy.yaml"

uninstall: uninstall-tools
	rm -f $(DESTDIR)/lib/modules/$(KREL)/updates/arp_policy.ko*
	$(if $(DESTDIR),,depmod $(KREL))

uninstall-tools:
	+$(TOOL) PREFIX="$(PREFIX)" DESTDIR="$(DESTDIR)" uninstall
	rm -f "$(DESTDIR)$(PREFIX)/include/linux/arp_policy.h"
	rm -rf "$(DESTDIR)$(PREFIX)/share/arp-policy"

# The module's sources, in DKMS's directory.
dkms-source: versions
	install -d "$(DKMS_SRC)"
	cp -r $(MODULE_FILES) "$(DKMS_SRC)"
	find "$(DKMS_SRC)" \( -name '*.o' -o -name '.*.cmd' \) -delete

# Only the module, for the kernel in KDIR; see also install.
dkms-install: kdir dkms-source
	dkms install $(NAME)/$(VERSION) -k $(KREL)

dkms-uninstall:
	-dkms remove $(NAME)/$(VERSION) --all
	rm -rf "$(DKMS_SRC)"

# Debian packages in build/deb, built from a copy of the files in git.
DEB := build/deb
deb:
	tests/vm/deps build deb
	rm -rf $(DEB)
	mkdir -p $(DEB)/$(NAME)-$(VERSION)
	{ git ls-files -z 2>/dev/null || find . -path ./build -prune -o -type f -print0; } | \
	  tar -c --null --no-recursion -T - | tar -x -C $(DEB)/$(NAME)-$(VERSION)
	cd $(DEB)/$(NAME)-$(VERSION) && dpkg-buildpackage -us -uc
	rm -rf $(DEB)/$(NAME)-$(VERSION)
	@ls $(DEB)/*.deb

# A release in build/dist: a tarball of the committed sources, the SPDX list of their
# licenses, and the checksums of both. The same commit gives the same
# tarball.
DIST := build/dist
RELEASE := $(NAME)-$(VERSION)
dist: versions
	tests/vm/deps dist
	@git diff --quiet HEAD || { echo "Commit your changes first: a release" \
	  "contains committed files only" >&2; exit 1; }
	rm -rf $(DIST)
	mkdir -p $(DIST)
	git archive --prefix=$(RELEASE)/ HEAD | xz -T1 -9 >$(DIST)/$(RELEASE).tar.xz
	tar -C $(DIST) -xf $(DIST)/$(RELEASE).tar.xz
	reuse --root $(DIST)/$(RELEASE) spdx -o $(DIST)/$(RELEASE).spdx
	rm -r $(DIST)/$(RELEASE)
	cd $(DIST) && sha256sum * >SHA256SUMS
	@ls $(DIST)/*

clean:
	$(if $(BAD_PATH),,-test -z "$(KDIR)" || $(MAKE) -C $(KDIR) M=$(CURDIR) clean)
	+$(TOOL) clean
	rm -rf build

.PHONY: all module tools programs $(PROGRAMS:%=tests/%) path kdir krel versions demo check check-all check-kernels check-arches soak selftest bench bench-native lint install \
	install-module install-tools uninstall uninstall-tools dkms-source dkms-install dkms-uninstall deb dist clean
