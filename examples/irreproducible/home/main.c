#include "guest.h"
#include "built.h"

const char built[256] = BUILT;

void guest(void)
{
    print("settings were sought in ");
    print(built);
    print("\n");
}
