// What a target (hvt.c, spt.c, virtio.c) gives to the program, and what the program gives to it.
#ifndef GUEST_H
#define GUEST_H

#include <stddef.h>
#include <stdint.h>

extern const char target[];                        // "hvt", "spt" or "virtio"
const char *command_line(void);                    // arguments joined by one space, never null
void console(const char *text, size_t length);
_Noreturn void halt(int status);                   // 0..255

int main(void);                                    // the program; returns its exit status

#endif
