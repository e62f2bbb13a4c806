#include "guest.h"

void alpha(void);
void bravo(void);
void charlie(void);
void delta(void);
void echo(void);
void foxtrot(void);

void guest(void)
{
    alpha();
    bravo();
    charlie();
    delta();
    echo();
    foxtrot();
}
