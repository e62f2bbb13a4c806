void print(const char *text);

void charlie(void);

void charlie(void)
{
    print("charlie\n");
}
