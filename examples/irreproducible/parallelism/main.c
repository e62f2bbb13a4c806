#include "guest.h"
#include "built.h"

const char built[64] = BUILT;

void guest(void)
{
    print("make ran with ");
    print(built);
    print("\n");
}
