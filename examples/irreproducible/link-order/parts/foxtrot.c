void print(const char *text);

void foxtrot(void);

void foxtrot(void)
{
    print("foxtrot\n");
}
