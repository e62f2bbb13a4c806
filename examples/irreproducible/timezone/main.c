#include "guest.h"
#include "built.h"

const char built[64] = BUILT;

void guest(void)
{
    print("the epoch began at ");
    print(built);
    print("\n");
}
