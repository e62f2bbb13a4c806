#include "guest.h"

const char table[][8] = {
#include "table.h"
};

void guest(void)
{
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        print(table[i]);
        print("\n");
    }
}
