#include "guest.h"
#include "built.h"

const char built[64] = BUILT;

void guest(void)
{
    print("echo wrote ");
    print(built);
    print("\n");
}
