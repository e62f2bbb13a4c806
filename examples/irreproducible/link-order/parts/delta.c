void print(const char *text);

void delta(void);

void delta(void)
{
    print("delta\n");
}
