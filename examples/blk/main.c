// Prints sector 0 of the device `storage`, writes a pattern to sector 1, reads it back and compares.
#include "guest.h"

enum { LARGEST_BLOCK = 4096 };

static void print(const char *text)
{
    size_t n = 0;
    while (text[n])
        n++;
    console(text, n);
}

static void print_number(uint64_t value)
{
    char digits[20];
    size_t at = sizeof digits;
    do
        digits[--at] = (char)('0' + value % 10);
    while (value /= 10);
    console(digits + at, sizeof digits - at);
}

// Text as far as it is text: up to the first byte that cannot be printed.
static void print_sector(const uint8_t *sector, size_t size)
{
    size_t n = 0;
    while (n < size && sector[n] >= ' ' && sector[n] <= '~')
        n++;
    print("sector 0: ");
    console((const char *)sector, n);
    print("\n");
}

static int failure(const char *what)
{
    print("FAILURE: ");
    print(what);
    print("\n");
    return 1;
}

int main(void)
{
    size_t size = storage()->block_size;
    uint8_t written[LARGEST_BLOCK], read[LARGEST_BLOCK];

    print("storage: ");
    print_number(storage()->capacity);
    print(" bytes in blocks of ");
    print_number(size);
    print("\n");
    if (size > LARGEST_BLOCK)
        return failure("these blocks are larger than this example can hold");
    if (storage()->capacity < 2 * size)
        return failure("it has no sector 1");

    if (block_read(0, read))
        return failure("sector 0 cannot be read");
    print_sector(read, size);

    for (size_t i = 0; i < size; i++)
        written[i] = (uint8_t)(i * 7 + 1);
    if (block_write(size, written))
        return failure("sector 1 cannot be written");
    if (block_read(size, read))
        return failure("sector 1 cannot be read");
    for (size_t i = 0; i < size; i++)
        if (read[i] != written[i])
            return failure("sector 1 holds something else than was written");

    print("SUCCESS\n");
    return 0;
}
