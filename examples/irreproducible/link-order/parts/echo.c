void print(const char *text);

void echo(void);

void echo(void)
{
    print("echo\n");
}
