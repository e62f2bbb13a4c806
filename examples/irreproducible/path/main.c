#include "guest.h"
#include "built.h"

const char built[1024] = BUILT;

void guest(void)
{
    print("tools were sought in ");
    print(built);
    print("\n");
}
