#include "guest.h"
#include "built.h"

const char built[64] = BUILT;

void guest(void)
{
    print("built on the host ");
    print(built);
    print("\n");
}
