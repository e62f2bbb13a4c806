// The hvt target: a virtual machine whose only devices are hypercalls.
// Hypercall n is a 32-bit OUT of a structure's address to port 0x500+n (Solo5 include/hvt_abi.h).
// The tender starts _start in 64-bit mode, with a stack, memory mapped one to one, and interrupts off.
#include "guest.h"

enum { PUTS = 2, POLL = 3, NET_WRITE = 6, NET_READ = 7, HALT = 8 };

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
    struct { const char *text; uint64_t length; } call = {text, length};
    hypercall(PUTS, &call);
}

size_t net_read(void *frame, size_t size)
{
    struct { uint64_t device; void *frame; uint64_t length; int32_t result; } call = {SERVICE, frame, size, -1};
    hypercall(NET_READ, &call);
    return call.result == 0 ? call.length : 0;
}

void net_write(const void *frame, size_t size)
{
    struct { uint64_t device; const void *frame; uint64_t length; int32_t result; } call = {SERVICE, frame, size, -1};
    hypercall(NET_WRITE, &call);
}

void net_wait(void)
{
    struct { uint64_t nanoseconds, ready; int32_t result; } call = {1000000000, 0, -1};
    hypercall(POLL, &call);
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
