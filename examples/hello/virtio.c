// The virtio target: a PC that QEMU or another multiboot loader starts; boot.S has brought it to 64-bit mode.
// The console is the first serial port. The exit goes through QEMU's isa-debug-exit, when that device is there.
#include "guest.h"

enum { COM1 = 0x3f8, LINE_STATUS = 5, TRANSMITTER_EMPTY = 0x20, DEBUG_EXIT = 0x501 };
enum { HAS_COMMAND_LINE = 1 << 2 };

struct multiboot_info {
    uint32_t flags, memory_lower, memory_upper, boot_device, command_line;
};

const char target[] = "virtio";
static const char *arguments = "";

static void out(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "d"(port));
}

static uint8_t in(uint16_t port)
{
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "d"(port));
    return value;
}

const char *command_line(void)
{
    return arguments;
}

void console(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        while (!(in(COM1 + LINE_STATUS) & TRANSMITTER_EMPTY))
            ;
        out(COM1, (uint8_t)text[i]);
    }
}

// QEMU exits with 2 * value + 1. It exits with 1 for its own errors too, so values start at 16: status N becomes 2 * N + 33.
_Noreturn void halt(int status)
{
    out(DEBUG_EXIT, (uint8_t)(16 + status));
    for (;;)
        __asm__ volatile("cli; hlt");
}

_Noreturn void start64(const struct multiboot_info *info)
{
    if (info->flags & HAS_COMMAND_LINE) {
        arguments = (const char *)(uintptr_t)info->command_line;
        while (*arguments && *arguments != ' ')          // its first word is the path of the image
            arguments++;
        while (*arguments == ' ')
            arguments++;
    }
    halt(main());
}
