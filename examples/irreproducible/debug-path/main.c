#include "guest.h"

void guest(void)
{
    print("my debug information knows where I was built\n");
}
