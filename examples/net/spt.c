// The spt target: a process under seccomp that may make a handful of Linux system calls (Solo5 include/spt_abi.h).
#include "guest.h"

enum { READ = 0, WRITE = 1, EXIT_GROUP = 231, EPOLL_PWAIT = 281 };

struct boot_info {
    uint64_t memory_size, image_end;
    const char *command_line;
    const struct manifest *manifest;
    int32_t epoll, timer;
};

static const struct boot_info *boot;

static int64_t system_call(int64_t number, int64_t a, int64_t b, int64_t c, int64_t d)
{
    int64_t result;
    register int64_t fourth __asm__("r10") = d;
    register int64_t fifth __asm__("r8") = 0;
    register int64_t sixth __asm__("r9") = 0;
    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth), "r"(fifth), "r"(sixth)
                     : "rcx", "r11", "memory");
    return result;
}

const struct device *service(void)
{
    return &boot->manifest->device[SERVICE];
}

const char *command_line(void)
{
    return boot->command_line;
}

void console(const char *text, size_t length)
{
    while (length > 0) {
        int64_t written = system_call(WRITE, 1, (int64_t)text, (int64_t)length, 0);
        if (written <= 0)
            return;
        text += written;
        length -= (size_t)written;
    }
}

size_t net_read(void *frame, size_t size)
{
    int64_t length = system_call(READ, service()->descriptor, (int64_t)frame, (int64_t)size, 0);
    return length > 0 ? (size_t)length : 0;
}

void net_write(const void *frame, size_t size)
{
    system_call(WRITE, service()->descriptor, (int64_t)frame, (int64_t)size, 0);
}

// The tender has put the device into an epoll set, beside a timer that this program does not start.
void net_wait(void)
{
    struct { uint32_t events; uint64_t data; } __attribute__((packed)) ready[2];
    system_call(EPOLL_PWAIT, boot->epoll, (int64_t)ready, 2, -1);
}

_Noreturn void halt(int status)
{
    for (;;)
        system_call(EXIT_GROUP, status, 0, 0, 0);
}

_Noreturn void _start(const struct boot_info *info)
{
    boot = info;
    halt(main());
}
