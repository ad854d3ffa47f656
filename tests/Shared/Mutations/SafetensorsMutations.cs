using System.Buffers.Binary;

namespace AdapterToolkit.Tests.Shared.Mutations;

/// <summary>Damages safetensors files: their header as JSON, with a length that fits it or does not, and single numbers.</summary>
internal static class SafetensorsMutations
{
    private const int LengthSize = sizeof(ulong);

    /// <summary>Bits of float32 numbers that readers must notice: not a number, infinities, the largest number.</summary>
    private static readonly uint[] s_numbers = [0x7FC0_0000, 0x7F80_0000, 0xFF80_0000, 0x7F7F_FFFF, 0x7FA0_0001, 0xFFFF_FFFF, 0x0000_0001];

    /// <summary>Damages a file; null where it is none.</summary>
    /// <param name="whole">The file.</param>
    /// <param name="random">Decides where and how.</param>
    public static byte[]? Damage(byte[] whole, Random random)
    {
        if (whole.Length < LengthSize || BinaryPrimitives.ReadUInt64LittleEndian(whole) is var length && length > (ulong)(whole.Length - LengthSize))
            return null;
        int dataStart = LengthSize + (int)length;
        if (random.Next(4) == 0 && whole.Length - dataStart >= sizeof(uint))
            return WithNumber(whole, dataStart, random);
        if (JsonMutations.Damage(whole.AsSpan(LengthSize, (int)length), random) is not { } header)
            return null;
        byte[] damaged = [.. new byte[LengthSize], .. header, .. whole.AsSpan(dataStart)];
        long stated = random.Next(10) switch
        {
            0 => (long)length,
            1 => header.Length + random.Next(-8, 9),
            2 => random.NextInt64(),
            _ => header.Length,
        };
        BinaryPrimitives.WriteInt64LittleEndian(damaged, stated);
        return damaged;
    }

    private static byte[] WithNumber(byte[] whole, int dataStart, Random random)
    {
        byte[] damaged = [.. whole];
        int numbers = (whole.Length - dataStart) / sizeof(uint);
        BinaryPrimitives.WriteUInt32LittleEndian(damaged.AsSpan(dataStart + (random.Next(numbers) * sizeof(uint))), s_numbers[random.Next(s_numbers.Length)]);
        return damaged;
    }
}
