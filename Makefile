# SPDX-License-Identifier: GPL-2.0-only
# Builds, tests, shows and installs; Kbuild is what the kernel's build reads.

VERSION := $(shell cat VERSION)
NAME := arp-policy

# The running kernel's build tree, else the newest headers that are installed;
# with KERNELRELEASE that kernel's.
ifneq ($(KERNELRELEASE),)
KDIR ?= /lib/modules/$(KERNELRELEASE)/build
endif
KDIR ?= $(or $(wildcard /lib/modules/$(shell uname -r)/build),$(shell \
	ls -d /usr/src/linux-headers-*-$$(dpkg --print-architecture 2>/dev/null) \
	2>/dev/null | sort -V | tail -n 1))
# As uname -r has it; Debian's kernel.release holds the upstream version.
KREL = $(shell sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' \
	$(KDIR)/include/generated/utsrelease.h 2>/dev/null)
PREFIX ?= /usr/local
DESTDIR ?=
DKMS_SRC = $(DESTDIR)/usr/src/$(NAME)-$(VERSION)
# All that building the module takes.
MODULE_FILES := Kbuild Makefile VERSION dkms.conf include src

TOOL := $(MAKE) -C tools/arpctl VERSION=$(VERSION)

all: module tools

# What builds the module, or needs it built here.
module selftest: path
check check-kernels soak demo bench bench-native lint install: path

module: kdir versions
	+$(MAKE) -C $(KDIR) M=$(CURDIR) modules

tools: versions
	+$(TOOL)

# Each of them must be a file that its own reader understands.
versions:
	@grep -q '^PACKAGE_VERSION="$(VERSION)"$$' dkms.conf || { \
	  echo "dkms.conf is not of version $(VERSION), as VERSION is" >&2; exit 1; }
	@! test -e debian/changelog || \
	  head -n 1 debian/changelog | grep -q '^$(NAME) ($(VERSION)[)~+-]' || { \
	  echo "debian/changelog is not of version $(VERSION), as VERSION is" >&2; exit 1; }
	@! test -e contrib/rpm || \
	  grep -q '^Version: *$(VERSION)$$' contrib/rpm/arp-policy.spec || { \
	  echo "contrib/rpm/arp-policy.spec is not of version $(VERSION)" >&2; exit 1; }
	@! test -e contrib/arch || grep -q '^pkgver=$(VERSION)$$' contrib/arch/PKGBUILD || { \
	  echo "contrib/arch/PKGBUILD is not of version $(VERSION)" >&2; exit 1; }

# Kbuild passes paths on as words, and make takes a colon for a rule's.
BAD_PATH := $(filter-out 1,$(words $(subst :, ,$(CURDIR))))
path:
ifneq ($(BAD_PATH),)
	@echo "The kernel's build cannot work in a path with a space or a colon:" >&2; \
	echo "  $(CURDIR)" >&2; \
	echo "Move this tree to another, or use \"make tools\" and \"make dkms-install\"," \
	     "which work here." >&2; exit 1
endif

kdir:
	@test -n "$(KDIR)" -a -e "$(KDIR)/Makefile" || { \
	  echo "No kernel headers: install linux-headers-$$(uname -r)" \
	       "(Debian: linux-headers-amd64), or give KDIR=…" >&2; exit 1; }

# The kernel that this is built for.
krel: kdir
	@echo $(KREL)

# These install what they need, then build with it: hence a make of its own.
demo:
	tests/vm/deps build vm demo
	+$(MAKE) all
	tests/demo/run

check:
	tests/vm/deps build vm check fuzz deb lint
	+$(MAKE) all selftest deb
	+$(MAKE) -C tests/differential
	+$(MAKE) -C tests/invariant
	tests/run

# On the kernels of other Debian releases, all that are claimed.
check-kernels:
	tests/vm/deps build vm check kernels
	tests/run tests/soak/kernels.sh

# Hours: what check does a little of, in the debug kernel as well.
soak:
	tests/vm/deps build vm check fuzz debug kernels ynl ansible deb
	tests/vm/ynl >/dev/null
	+$(MAKE) all
	+$(MAKE) -C tests/differential
	+$(MAKE) -C tests/invariant
	tests/run tests/soak/*.sh
	tests/soak/under-fire

# The module as a build that tries itself when it is loaded, in a tree of its own.
selftest: kdir
	rm -rf build/selftest
	mkdir -p build/selftest
	cp -r Kbuild VERSION include src build/selftest
	find build/selftest -name '*.o' -delete
	+$(MAKE) -C $(KDIR) M=$(CURDIR)/build/selftest ARPP_SELFTEST=1 modules

bench:
	tests/vm/deps build vm bench
	+$(MAKE) all
	tests/bench/run

# In nanoseconds of this machine, which should have nothing else to do.
bench-native:
	tests/vm/deps build bench native
	+$(MAKE) tools
	tests/bench/native

lint:
	tests/vm/deps build lint
	tests/lint/run

install: all install-module install-tools

install-module: module
	+$(MAKE) -C $(KDIR) M=$(CURDIR) INSTALL_MOD_PATH="$(DESTDIR)" \
	  INSTALL_MOD_DIR=updates modules_install
	$(if $(DESTDIR),,depmod $(KREL))

# All but the module: for those who have it from DKMS.
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

# The module's sources, where DKMS looks for them.
dkms-source: versions
	install -d "$(DKMS_SRC)"
	cp -r $(MODULE_FILES) "$(DKMS_SRC)"
	find "$(DKMS_SRC)" \( -name '*.o' -o -name '.*.cmd' \) -delete

# The module only, for every kernel that has headers here; see also install.
dkms-install: kdir dkms-source
	dkms install $(NAME)/$(VERSION) -k $(KREL)

dkms-uninstall:
	-dkms remove $(NAME)/$(VERSION) --all
	rm -rf "$(DKMS_SRC)"

# Debian's packages, in build/deb, from a copy of what git has here.
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

# A release, in build/dist: the committed sources, which build by themselves, the SPDX
# list of their licenses, and the checksums of both. The same commit gives the same
# tarball.
DIST := build/dist
RELEASE := $(NAME)-$(VERSION)
dist: versions
	tests/vm/deps dist
	@git diff --quiet HEAD || { echo "Commit your changes first: a release" \
	  "holds what is committed" >&2; exit 1; }
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

.PHONY: all module tools path kdir krel versions demo check check-kernels soak selftest bench bench-native lint install \
	install-module install-tools uninstall uninstall-tools dkms-source dkms-install dkms-uninstall deb dist clean
