#include "guest.h"

// The archive, whole: `files` to `files_end`.
__asm__(".section .rodata\n"
        ".globl files, files_end\n"
        ".type files, @object\n"
        ".size files, files_end - files\n"
        "files: .incbin \"files.tar\"\n"
        "files_end:\n"
        ".previous");
extern const char files[];

void guest(void)
{
    print("the first file is ");
    print(files);
    print("\n");
}
