// SPDX-License-Identifier: GPL-2.0-only
/*
 * Marks the begin ("1") and the end ("2") of a command for profile.c. The mark is
 * a no-op, which any program may contain.
 */
int main(int argc, char **argv)
{
	if (argc == 2 && argv[1][0] == '1')
		__asm__ volatile(".byte 0x0f, 0x1f, 0x80; .ascii \"arp1\"");
	else
		__asm__ volatile(".byte 0x0f, 0x1f, 0x80; .ascii \"arp2\"");
	return 0;
}
