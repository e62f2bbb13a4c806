#include "guest.h"
#include "built.h"

const char built[64] = BUILT;

void guest(void)
{
    print("source changed at ");
    print(built);
    print("\n");
}
