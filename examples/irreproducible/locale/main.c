#include "guest.h"
#include "built.h"

const char built[128] = BUILT;

void guest(void)
{
    print("sorted: ");
    print(built);
    print("\n");
}
