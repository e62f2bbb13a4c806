void print(const char *text);

void bravo(void);

void bravo(void)
{
    print("bravo\n");
}
