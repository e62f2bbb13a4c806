#include "guest.h"
#include "built.h"

__attribute__((section(".buildinfo"))) const char built[64] = BUILT;

void guest(void)
{
    print("built on ");
    print(built);
    print("\n");
}
