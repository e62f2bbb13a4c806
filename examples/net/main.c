// Answers ARP and ping (ICMP echo) for 10.0.0.2 on the device `service`. `pings=N` ends it after N answers; else it runs on.
#include "guest.h"

enum { ARP = 0x0806, IPV4 = 0x0800, ICMP = 1, ECHO_REQUEST = 8, ECHO_REPLY = 0 };
enum { ETHERNET = 14, ARP_SIZE = 28, IP_HEADER = 20, ICMP_HEADER = 8 };      // bytes

static const uint8_t address[4] = {10, 0, 0, 2};

static void print(const char *text)
{
    size_t n = 0;
    while (text[n])
        n++;
    console(text, n);
}

static void print_number(uint64_t value)
{
    char digits[20];
    size_t at = sizeof digits;
    do
        digits[--at] = (char)('0' + value % 10);
    while (value /= 10);
    console(digits + at, sizeof digits - at);
}

static uint16_t get16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static void put16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static void copy(uint8_t *to, const uint8_t *from, size_t size)
{
    for (size_t i = 0; i < size; i++)
        to[i] = from[i];
}

static int is_ours(const uint8_t *ip)
{
    return ip[0] == address[0] && ip[1] == address[1] && ip[2] == address[2] && ip[3] == address[3];
}

// The Internet checksum (RFC 1071) of size bytes whose own checksum field is zero.
static uint16_t checksum(const uint8_t *data, size_t size)
{
    uint32_t sum = 0;
    for (size_t i = 0; i + 1 < size; i += 2)
        sum += get16(data + i);
    if (size % 2)
        sum += (uint32_t)data[size - 1] << 8;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

// The answer goes back to where the frame came from.
static void send_back(uint8_t *frame, size_t size)
{
    copy(frame, frame + 6, 6);
    copy(frame + 6, service()->mac, 6);
    net_write(frame, size);
}

// RFC 826; returns whether it was answered.
static int answer_arp(uint8_t *frame, size_t size)
{
    static const uint8_t request[8] = {0, 1, 8, 0, 6, 4, 0, 1};              // Ethernet, IPv4, 6 and 4 bytes, a request
    uint8_t *arp = frame + ETHERNET;
    if (size < ETHERNET + ARP_SIZE || !is_ours(arp + 24))
        return 0;
    for (size_t i = 0; i < sizeof request; i++)
        if (arp[i] != request[i])
            return 0;
    put16(arp + 6, 2);                                                       // a reply
    copy(arp + 18, arp + 8, 10);                                             // its target is who asked
    copy(arp + 8, service()->mac, 6);
    copy(arp + 14, address, 4);
    send_back(frame, ETHERNET + ARP_SIZE);
    return 1;
}

// RFC 791, RFC 792; IPv4 without options and not in fragments; returns whether it was answered.
static int answer_ping(uint8_t *frame, size_t size)
{
    uint8_t *ip = frame + ETHERNET, *icmp = ip + IP_HEADER;
    if (size < ETHERNET + IP_HEADER + ICMP_HEADER || ip[0] != 0x45 || ip[9] != ICMP || !is_ours(ip + 16))
        return 0;
    size_t length = get16(ip + 2);
    if (length < IP_HEADER + ICMP_HEADER || length > size - ETHERNET || (get16(ip + 6) & 0x3fff) || icmp[0] != ECHO_REQUEST)
        return 0;
    copy(ip + 16, ip + 12, 4);
    copy(ip + 12, address, 4);
    ip[8] = 64;                                                              // hops that it may take
    put16(ip + 10, 0);
    put16(ip + 10, checksum(ip, IP_HEADER));
    icmp[0] = ECHO_REPLY;
    put16(icmp + 2, 0);
    put16(icmp + 2, checksum(icmp, length - IP_HEADER));
    send_back(frame, ETHERNET + length);
    return 1;
}

// The number after `pings=`; 0 when it is not there.
static uint64_t pings_wanted(const char *arguments)
{
    static const char key[] = "pings=";
    size_t i = 0;
    while (key[i] && arguments[i] == key[i])
        i++;
    uint64_t n = 0;
    if (!key[i])
        for (const char *at = arguments + i; *at >= '0' && *at <= '9' && n < 1000000000; at++)
            n = n * 10 + (uint64_t)(*at - '0');
    return n;
}

int main(void)
{
    uint8_t frame[ETHERNET + 2048];
    uint64_t wanted = pings_wanted(command_line()), packets = 0, arps = 0, pings = 0;

    print("service: 10.0.0.2 listens\n");
    while (wanted == 0 || pings < wanted) {
        size_t size = net_read(frame, sizeof frame);
        if (size == 0) {
            net_wait();
            continue;
        }
        packets++;
        if (size < ETHERNET)
            continue;
        if (get16(frame + 12) == ARP)
            arps += (uint64_t)answer_arp(frame, size);
        else if (get16(frame + 12) == IPV4)
            pings += (uint64_t)answer_ping(frame, size);
    }
    print_number(packets);
    print(" packets, answered ");
    print_number(arps);
    print(" arp, ");
    print_number(pings);
    print(" ping\nSUCCESS\n");
    return 0;
}
