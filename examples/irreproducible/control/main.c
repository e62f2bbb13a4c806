#include "guest.h"

const char built[] = __DATE__ " " __TIME__;
const char where[] = __FILE__;

void guest(void)
{
    print(where);
    print(" of ");
    print(built);
    print("\n");
}
