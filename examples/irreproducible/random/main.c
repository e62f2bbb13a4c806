#include "guest.h"
#include "built.h"

const char built[64] = BUILT;

void guest(void)
{
    print("instance ");
    print(built);
    print("\n");
}
