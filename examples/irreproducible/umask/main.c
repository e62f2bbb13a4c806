#include "guest.h"
#include "built.h"

const char built[64] = BUILT;

void guest(void)
{
    print("file mode ");
    print(built);
    print("\n");
}
