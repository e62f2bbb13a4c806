// A Solo5 guest for hvt in one header: its notes, its start, its console. examples/hello explains each of them.
#ifndef GUEST_H
#define GUEST_H

#include <stddef.h>
#include <stdint.h>

void guest(void);

#define PLACE(section_name) __attribute__((section(section_name), used, aligned(4)))

struct note {
    uint32_t name_size, size, type;
    char name[8];
};

struct device {
    char name[68];
    uint32_t type;
    uint64_t tender[4];
};

PLACE(".interp") static const char interpreter[24] = "/nonexistent/solo5/";

PLACE(".note.solo5.not_openbsd") static const struct { struct note head; uint32_t value; } not_openbsd = {
    {8, 4, 1, "OpenBSD"}, 0
};

PLACE(".note.solo5.abi") static const struct { struct note head; uint32_t target, version, reserved[2]; } abi = {
    {6, 16, 0x31494241, "Solo5"}, 1, 2, {0, 0}                               // hvt, ABI 2
};

PLACE(".note.solo5.manifest") static const struct {
    struct note head;
    uint32_t padding, version, entries;
    struct device device[1];
} manifest = {
    {6, 12 + sizeof(struct device), 0x3154464d, "Solo5"}, 0, 1, 1, {{"", 0x40000000, {0}}}
};

static void hypercall(int number, volatile void *argument)
{
    __asm__ volatile("outl %0, %1" : : "a"((uint32_t)(uintptr_t)argument), "d"((uint16_t)(0x500 + number)) : "memory");
}

void print(const char *text);

// noipa: what the text is must not reach the code.
__attribute__((noipa)) void print(const char *text)
{
    struct { const char *text; uint64_t length; } puts = {text, 0};
    while (text[puts.length])
        puts.length++;
    hypercall(2, &puts);
}

_Noreturn void _start(void)
{
    struct { void *cookie; int32_t status; } halt = {NULL, 0};
    guest();
    hypercall(8, &halt);
    for (;;)
        ;
}

#endif
