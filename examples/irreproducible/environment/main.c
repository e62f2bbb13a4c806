#include "guest.h"
#include "built.h"

const char built[2048] = BUILT;

void guest(void)
{
    print("environment: ");
    print(built);
    print("\n");
}
