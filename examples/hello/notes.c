// What a tender, and who inspects the image, reads before it runs: Solo5's notes (include/elf_abi.h, include/mft_abi.h).
// ABI_TARGET and ABI_VERSION come from the Makefile: hvt 1, 2; spt 2, 2; virtio 3, 1.
#include <stdint.h>

#define PLACE(section_name) __attribute__((section(section_name), used, aligned(4)))

// No host kernel can start the image by mistake: this interpreter never exists.
PLACE(".interp") const char interpreter[24] = "/nonexistent/solo5/";

struct note {
    uint32_t name_size, size, type;
    char name[8];
};

// OpenBSD heeds the interpreter only of its own executables, so the image says that it is one.
PLACE(".note.solo5.not_openbsd") const struct { struct note head; uint32_t value; } not_openbsd = {
    {8, 4, 1, "OpenBSD"}, 0
};

PLACE(".note.solo5.abi") const struct { struct note head; uint32_t target, version, reserved[2]; } abi = {
    {6, 16, 0x31494241, "Solo5"}, ABI_TARGET, ABI_VERSION, {0, 0}
};

// The devices that the image needs. The first entry is always there and is none.
struct device {
    char name[68];
    uint32_t type;                      // 1: block, 2: net
    uint64_t tender[4];                 // filled by the tender at launch
};

struct manifest {
    uint32_t version, entries;
    struct device device[1];
};

PLACE(".note.solo5.manifest") const struct { struct note head; uint32_t padding; struct manifest body; } manifest = {
    {6, 4 + sizeof(struct manifest), 0x3154464d, "Solo5"}, 0,
    {1, 1, {{"", 0x40000000, {0}}}}
};
