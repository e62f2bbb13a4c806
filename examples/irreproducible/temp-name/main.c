#include "guest.h"
#include "built.h"

const char built[256] = BUILT;

void guest(void)
{
    print("generated through ");
    print(built);
    print("\n");
}
