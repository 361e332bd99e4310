#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# bind watch: files, directories and Kea's cleanup; others' changes; as a service.
# lab: all
# lab: takes 60
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=bind-watch.inc
. "$(dirname "$0")/bind-watch.inc"

# A file

leased 100 03 3600 102 04 3600
watch "$leases" dev br0
soon "100-03+ 102-04+" "leases are bound"
leased 100 03 3600 103 05 2
soon "100-03+" "a lease expires without a change of the file"
says '^unbound 10\.31\.0\.103 .*: expired$' "the expiry is printed"
: >"$leases"
lines 100 03 3600 >"$leases"
sleep 1.5
is "$(bound) $(grep -c '10\.31\.0\.100 .*no longer' "$dir/said")" "100-03+ 0" "a file that is emptied and written again keeps its bindings"
printf '1700 02:00:5e' >>"$leases"
says "dnsmasq.leases:2: a lease of dnsmasq has 5 words, here are 2\$" "a broken file is reported"
is "$(bound)" "100-03+" "a broken file keeps its bindings"
leased 100 03 3600 104 06 3600
soon "100-03+ 104-06+" "a file that is repaired is applied"
says "warning: $leases can be read\$" "that a file can be read again is reported"
rm "$leases"
says "warning: $leases is gone: its leases stay until they expire\$" "a file that is deleted is reported"
is "$(bound)" "100-03+ 104-06+" "the leases of a deleted file stay"
leased 104 06 3600
soon "104-06+" "when the file exists again, it is applied"

{ lines 104 06 3600; echo '0 02:00:5e:00:61:09 224.0.0.5 * *'; lines 107 11 3600; } >"$dir/new"
mv "$dir/new" "$leases"
soon "104-06+ 107-11+" "a lease that cannot be bound does not prevent others"
leased 104 06 3600
soon "104-06+" "the file is still followed after that"

# New contents with the inode, size and time of the old file. There is no notification
# because another hard link is written to.

ln "$leases" "$dir/other"
touch -r "$dir/other" "$dir/stamp"
sed 's/5e:00:61:06/5e:00:61:26/' "$dir/other" >"$dir/new"
cat "$dir/new" >"$dir/other"
touch -r "$dir/stamp" "$dir/other"
soon "104-26+" "new contents with the old inode, size and time are noticed"

# A directory that is written to without a pause

python3 -c 'import os, sys
fd = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT)
while True:
	os.pwrite(fd, b"x", 0)' "$dir/leases/noise" &
noise=$!
leased 104 06 3600 108 12 3600
soon "104-06+ 108-12+" "constant writes to another file do not delay it"
stop $noise
leased 104 06 3600
soon "104-06+" "it still works when these writes end"

# Changes by others

must arpctl bind replace 10.31.0.104 lladdr 02:00:5e:00:61:77 dev br0
leased 104 07 3600 105 08 3600
soon "104-77 105-08+" "a static binding stays"
must arpctl bind del 10.31.0.104 dev br0
soon "104-07+ 105-08+" "when the static binding is deleted, the lease is bound"
must arpctl bind add 10.31.0.200 lladdr any dev br0 dynamic
soon "104-07+ 105-08+" "a dynamic binding without a lease is deleted"
must arpctl flush
soon "104-07+ 105-08+" "after a flush all bindings are added again"
must arpctl apply - <<<'bind del 10.31.0.105 dev br0'
soon "104-07+ 105-08+" "a binding deleted by a transaction is added again"

stop_watch

# A broken file at the start

lines 106 10 3600 >"$leases"
echo x >>"$leases"
watch "$leases" dev br0
says "dnsmasq.leases:2: .* here are 1\$" "started with a broken file, it reports that"
is "$(bound)" "104-07+ 105-08+" "started with a broken file, it deletes nothing"
leased 106 10 3600
soon "106-10+" "once the file can be read, it is applied"
stop_watch
must arpctl bind flush

# Directories

mkdir "$dir/later"
mv "$dir/later" "$dir/moved"
watch "$dir/later" "$dir/link" dev br0
sleep 0.3
mkdir "$dir/later"
lines 100 01 0 >"$dir/later/one"
soon "100-01+" "leases in a directory that is created later"
echo 'no lease' >"$dir/later/readme"
mkfifo "$dir/later/fifo"
lines 101 02 0 >"$dir/later/.hidden"
echo '[{"ip-address":"10.31.0.102","mac-address":"02:00:5e:00:61:03","expiry-time":0}]' >"$dir/later/br0.status"
soon "100-01+ 102-03+" "files of several servers; others are ignored"
mkfifo "$dir/later/new"
mv "$dir/later/new" "$dir/later/one"
lines 101 02 0 >"$dir/later/three"
soon "100-01+ 101-02+ 102-03+" "a file that becomes a FIFO is not opened, and keeps its leases"
rm "$dir/later/three" "$dir/later/one"
soon "102-03+" "a file that is deleted there takes its leases with it"
lines 103 04 0 >"$dir/moved/leases"
ln -s "$dir/moved/leases" "$dir/link"
soon "102-03+ 103-04+" "a symbolic link"
lines 104 05 0 >>"$dir/moved/leases"
soon "102-03+ 103-04+ 104-05+" "a symbolic link whose target changes"
rm -r "$dir/later"
soon "103-04+ 104-05+" "a directory that is deleted"
mkdir "$dir/later"
lines 105 06 0 >"$dir/later/two"
soon "103-04+ 104-05+ 105-06+" "a directory that is created again"
stop_watch
must arpctl bind flush
unlike "$(<"$dir/said")" "readme|hidden" "there is no message about files without leases"

# Kea

header=address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context
kea() { echo "10.31.0.$1,02:00:5e:00:61:$2,,3600,$(($(date +%s) + 3600)),1,0,0,,$3,"; }	# ADDRESS MAC STATE
{ echo $header; kea 100 01 0; kea 101 02 0; } >"$dir/kea.csv"
watch "$dir/kea.csv" dev br0
soon "100-01+ 101-02+" "Kea: leases"
mv "$dir/kea.csv" "$dir/kea.csv.1"
{ echo $header; kea 101 02 2; kea 102 03 0; } >"$dir/kea.csv"
soon "100-01+ 102-03+" "Kea: during its cleanup"
mv "$dir/kea.csv.1" "$dir/kea.csv.completed"
kea 103 04 0 >>"$dir/kea.csv"
mv "$dir/kea.csv.completed" "$dir/kea.csv.2"
soon "100-01+ 102-03+ 103-04+" "Kea: after it"
stop_watch
must arpctl bind flush

# As a service

must mkdir -p /run/arp-policy
chown nobody /run/arp-policy
python3 -c 'import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
while not s.recv(999).startswith(b"READY=1\n"):
	pass' "$dir/notify" &
notified=$!
must poll 60 test -S "$dir/notify"
chmod 777 "$dir" "$dir/notify"
leased 100 01 3600
start node env NOTIFY_SOCKET="$dir/notify" setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set=-all,+net_admin \
	--inh-caps=-all,+net_admin --ambient-caps=-all,+net_admin --no-new-privs \
	"$ARPCTL" bind watch "$leases" dev br7 >>"$dir/said" 2>&1
watcher=$started
wait $notified
result $? "systemd is notified when it is ready"
soon "100-01+" "it needs CAP_NET_ADMIN only" br7
stop_watch
start node setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set=-all "$ARPCTL" bind watch "$leases" dev br8 >"$dir/denied" 2>&1
wait "$started"
like "$? $(<"$dir/denied")" "^1 .*CAP_NET_ADMIN" "without CAP_NET_ADMIN it exits with a message"
chown root /run/arp-policy
plan "$count"
