// SPDX-License-Identifier: GPL-2.0-only
/*
 * Marks for profile.c where a command begins, "1", and where it has ended, "2". A
 * mark does nothing, so it may stand in any program.
 */
int main(int argc, char **argv)
{
	if (argc == 2 && argv[1][0] == '1')
		__asm__ volatile(".byte 0x0f, 0x1f, 0x80; .ascii \"arp1\"");
	else
		__asm__ volatile(".byte 0x0f, 0x1f, 0x80; .ascii \"arp2\"");
	return 0;
}
