// The spt target: a process under seccomp that may make a handful of Linux system calls (Solo5 include/spt_abi.h).
#include "guest.h"

enum { WRITE = 1, EXIT_GROUP = 231 };

struct boot_info {
    uint64_t memory_size, image_end;
    const char *command_line;
    const void *manifest;
    int32_t epoll, timer;
};

const char target[] = "spt";
static const struct boot_info *boot;

static int64_t system_call(int64_t number, int64_t a, int64_t b, int64_t c)
{
    int64_t result;
    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
    return result;
}

const char *command_line(void)
{
    return boot->command_line;
}

void console(const char *text, size_t length)
{
    while (length > 0) {
        int64_t written = system_call(WRITE, 1, (int64_t)text, (int64_t)length);
        if (written <= 0)
            return;
        text += written;
        length -= (size_t)written;
    }
}

_Noreturn void halt(int status)
{
    for (;;)
        system_call(EXIT_GROUP, status, 0, 0);
}

_Noreturn void _start(const struct boot_info *info)
{
    boot = info;
    halt(main());
}
