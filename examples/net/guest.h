// What a target (hvt.c, spt.c) gives to the program, and what the program gives to it.
#ifndef GUEST_H
#define GUEST_H

#include <stddef.h>
#include <stdint.h>

// The manifest: in the image (notes.c) it says which devices are needed; the tender hands back a copy that says which they are.
enum { DEVICE_NONE = 0x40000000, DEVICE_NET = 2, SERVICE = 1 /* index in the manifest */ };

struct device {
    char name[68];
    uint32_t type;
    uint8_t mac[6];                                // this and what follows is filled by the tender at launch
    uint16_t mtu;
    uint64_t unused;
    int32_t descriptor;
    uint64_t attached;
};

struct manifest {
    uint32_t version, entries;
    struct device device[2];
};

_Static_assert(offsetof(struct device, mtu) == 78 && offsetof(struct device, attached) == 96, "as in mft_abi.h");

const struct device *service(void);
const char *command_line(void);                    // arguments joined by one space, never null
void console(const char *text, size_t length);
size_t net_read(void *frame, size_t size);         // bytes of one Ethernet frame, 0 when none is there
void net_write(const void *frame, size_t size);
void net_wait(void);                               // until a frame may be there
_Noreturn void halt(int status);                   // 0..255

int main(void);                                    // the program; returns its exit status

#endif
