// What a target (hvt.c, spt.c) gives to the program, and what the program gives to it.
#ifndef GUEST_H
#define GUEST_H

#include <stddef.h>
#include <stdint.h>

// The manifest: in the image (notes.c) it says which devices are needed; the tender hands back a copy that says which they are.
enum { DEVICE_NONE = 0x40000000, DEVICE_BLOCK = 1, STORAGE = 1 /* index in the manifest */ };

struct device {
    char name[68];
    uint32_t type;
    uint64_t capacity;                             // bytes; this and what follows is filled by the tender at launch
    uint16_t block_size;                           // bytes
    uint16_t unused[3];
    int32_t descriptor;
    uint64_t attached;
};

struct manifest {
    uint32_t version, entries;
    struct device device[2];
};

_Static_assert(offsetof(struct device, block_size) == 80 && offsetof(struct device, attached) == 96, "as in mft_abi.h");

const struct device *storage(void);
void console(const char *text, size_t length);
int block_read(uint64_t offset, void *data);       // one block; offset in bytes; 0 when it went well
int block_write(uint64_t offset, const void *data);
_Noreturn void halt(int status);                   // 0..255

int main(void);                                    // the program; returns its exit status

#endif
