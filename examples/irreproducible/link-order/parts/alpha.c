void print(const char *text);

void alpha(void);

void alpha(void)
{
    print("alpha\n");
}
