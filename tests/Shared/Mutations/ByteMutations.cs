using System.Text;

namespace AdapterToolkit.Tests.Shared.Mutations;

/// <summary>Damages bytes without knowing what they mean.</summary>
internal static class ByteMutations
{
    /// <summary>Numbers at which readers fail, as texts.</summary>
    public static readonly string[] Numbers =
    [
        "0", "-1", "-0", "1", "1.0", "0.5", "1e2", "127", "128", "255", "65536", "2147483647",
        "2147483648", "-2147483649", "4294967296", "9223372036854775807", "9223372036854775808",
        "123456789012345678901234567890", "1e39", "1e-50", "1e400", "-1e400", "1e99999", "NaN", "Infinity", "-Infinity", "00", "1e",
    ];

    private static readonly byte[][] s_pieces =
    [
        "{"u8.ToArray(), "}"u8.ToArray(), "["u8.ToArray(), "]"u8.ToArray(), "\""u8.ToArray(), "\\"u8.ToArray(),
        ","u8.ToArray(), ":"u8.ToArray(), "null"u8.ToArray(), "\n"u8.ToArray(), "\r"u8.ToArray(), "\0"u8.ToArray(),
        "\\ud800"u8.ToArray(), "\\u0000"u8.ToArray(), "{{"u8.ToArray(), "{%"u8.ToArray(), "%}"u8.ToArray(), "(?"u8.ToArray(),
        "\uFEFF"u8.ToArray(), "\u2028"u8.ToArray(), [0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
    ];

    /// <summary>Damages bytes in one to three places.</summary>
    /// <param name="whole">The bytes.</param>
    /// <param name="other">Bytes of another file, from which a piece may come.</param>
    /// <param name="random">Decides where and how.</param>
    public static byte[] Damage(byte[] whole, byte[] other, Random random)
    {
        List<byte> bytes = [.. whole];
        for (int change = random.Next(1, 4); change > 0; change--)
            Change(bytes, other, random);
        return [.. bytes];
    }

    private static void Change(List<byte> bytes, byte[] other, Random random)
    {
        int position = random.Next(bytes.Count + 1);
        int length = Math.Min(bytes.Count - position, Length(random));
        switch (random.Next(11))
        {
            case 0 when position < bytes.Count:
                bytes[position] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when position < bytes.Count:
                bytes[position] = (byte)random.Next(256);
                break;
            case 2:
                byte[] added = new byte[random.Next(1, 9)];
                random.NextBytes(added);
                bytes.InsertRange(position, added);
                break;
            case 3:
                bytes.InsertRange(position, s_pieces[random.Next(s_pieces.Length)]);
                break;
            case 4:
                bytes.RemoveRange(position, length);
                break;
            case 5:
                bytes.RemoveRange(position, bytes.Count - position);
                break;
            case 6:
                bytes.InsertRange(random.Next(bytes.Count + 1), bytes.GetRange(position, length));
                break;
            case 7 when other.Length > 0:
                int from = random.Next(other.Length);
                bytes.InsertRange(position, other.AsSpan(from, Math.Min(other.Length - from, Length(random))).ToArray());
                break;
            case 8:
                byte value = random.Next(2) == 0 ? (byte)0 : (byte)0xFF;
                for (int i = position; i < position + length; i++)
                    bytes[i] = value;
                break;
            default:
                ReplaceNumber(bytes, position, random);
                break;
        }
    }

    private static int Length(Random random) => random.Next(4) switch
    {
        0 => 1,
        1 => random.Next(2, 9),
        2 => random.Next(9, 65),
        _ => random.Next(65, 2000),
    };

    private static void ReplaceNumber(List<byte> bytes, int position, Random random)
    {
        int start = bytes.FindIndex(Math.Min(position, bytes.Count), IsDigit);
        if (start < 0 && (start = bytes.FindIndex(IsDigit)) < 0)
            return;
        int end = bytes.FindIndex(start, value => !IsDigit(value));
        bytes.RemoveRange(start, (end < 0 ? bytes.Count : end) - start);
        bytes.InsertRange(start, Encoding.ASCII.GetBytes(Numbers[random.Next(Numbers.Length)]));

        static bool IsDigit(byte value) => value is >= (byte)'0' and <= (byte)'9';
    }
}
