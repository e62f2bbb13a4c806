#include "guest.h"

const char where[256] = __FILE__;

void guest(void)
{
    print("compiled from ");
    print(where);
    print("\n");
}
