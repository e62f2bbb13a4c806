// The spt target: a process under seccomp that may make a handful of Linux system calls (Solo5 include/spt_abi.h).
#include "guest.h"

enum { WRITE = 1, PREAD64 = 17, PWRITE64 = 18, EXIT_GROUP = 231 };

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
    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth) : "rcx", "r11", "memory");
    return result;
}

const struct device *storage(void)
{
    return &boot->manifest->device[STORAGE];
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

static int block(int64_t number, uint64_t offset, const void *data)
{
    int64_t size = storage()->block_size;
    return system_call(number, storage()->descriptor, (int64_t)data, size, (int64_t)offset) == size ? 0 : -1;
}

int block_read(uint64_t offset, void *data)
{
    return block(PREAD64, offset, data);
}

int block_write(uint64_t offset, const void *data)
{
    return block(PWRITE64, offset, data);
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
