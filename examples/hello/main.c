// Says hello, repeats its command line, and exits with the status that `exit=N` asks for (0 without it).
#include "guest.h"

static size_t length(const char *text)
{
    size_t n = 0;
    while (text[n])
        n++;
    return n;
}

static void print(const char *text)
{
    console(text, length(text));
}

// The decimal number after `exit=`, at the start of any argument.
static int exit_status(const char *arguments)
{
    static const char key[] = "exit=";
    for (const char *at = arguments; *at; at++) {
        if (at != arguments && at[-1] != ' ')
            continue;
        size_t i = 0;
        while (key[i] && at[i] == key[i])
            i++;
        if (key[i])
            continue;
        int status = 0;
        for (at += i; *at >= '0' && *at <= '9'; at++)
            status = (status * 10 + (*at - '0')) & 255;
        return status;
    }
    return 0;
}

int main(void)
{
    print("hello from a unikernel on ");
    print(target);
    print("\ncommand line: ");
    print(command_line());
    print("\n");
    return exit_status(command_line());
}
