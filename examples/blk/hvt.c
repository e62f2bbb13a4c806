// The hvt target: a virtual machine whose only devices are hypercalls.
// Hypercall n is a 32-bit OUT of a structure's address to port 0x500+n (Solo5 include/hvt_abi.h).
// The tender starts _start in 64-bit mode, with a stack, memory mapped one to one, and interrupts off.
#include "guest.h"

enum { PUTS = 2, BLOCK_WRITE = 4, BLOCK_READ = 5, HALT = 8 };

struct boot_info {
    uint64_t memory_size, image_end, cycles_per_second;
    const char *command_line;
    const struct manifest *manifest;
};

static const struct boot_info *boot;

static void hypercall(int number, volatile void *argument)
{
    __asm__ volatile("outl %0, %1" : : "a"((uint32_t)(uintptr_t)argument), "d"((uint16_t)(0x500 + number)) : "memory");
}

const struct device *storage(void)
{
    return &boot->manifest->device[STORAGE];
}

void console(const char *text, size_t length)
{
    struct { const char *text; uint64_t length; } call = {text, length};
    hypercall(PUTS, &call);
}

static int block(int number, uint64_t offset, const void *data)
{
    struct { uint64_t device, offset; const void *data; uint64_t length; int32_t result; } call = {
        STORAGE, offset, data, storage()->block_size, -1
    };
    hypercall(number, &call);
    return call.result;
}

int block_read(uint64_t offset, void *data)
{
    return block(BLOCK_READ, offset, data);
}

int block_write(uint64_t offset, const void *data)
{
    return block(BLOCK_WRITE, offset, data);
}

_Noreturn void halt(int status)
{
    struct { void *cookie; int32_t status; } call = {NULL, status};
    hypercall(HALT, &call);
    for (;;)
        ;
}

_Noreturn void _start(const struct boot_info *info)
{
    boot = info;
    halt(main());
}
