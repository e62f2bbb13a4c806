#include "guest.h"
#include "built.h"

const uint64_t built = BUILT;

void guest(void)
{
    print("I hold the second in which I was built\n");
}
