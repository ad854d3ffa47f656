using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.InteropServices;
using AdapterToolkit.Quantization;

namespace AdapterToolkit.Weights;

/// <summary>
/// The order in which the CPU device keeps the codes of a quantized matrix W (out x in): panels of 32 output features, as
/// <see cref="WeightPanels"/> has them. Of 16 and 8 bits a panel holds for every input feature the 32 codes side by side. Of
/// 4 bits it holds for every eight input features 32 words side by side, one an output feature, with the first input
/// feature's code in the word's lowest bits: a vector of words is shifted by four bits from one input feature to the next.
/// What fills up the last panel and the last word is zero.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class PackedPanels
{
    /// <summary>How many 4-bit codes a word holds.</summary>
    public const int CodesInWord = 8;

    /// <summary>How many 32-bit words the panels of a matrix have.</summary>
    /// <param name="bits">Bits of a code.</param>
    /// <param name="outFeatures">The matrix's rows.</param>
    /// <param name="inFeatures">The matrix's columns.</param>
    public static int Words(int bits, int outFeatures, int inFeatures) => WeightPanels.Count(outFeatures) * WordsOfPanel(bits, inFeatures);

    /// <summary>How many 32-bit words a panel has.</summary>
    /// <param name="bits">Bits of a code.</param>
    /// <param name="inFeatures">The matrix's columns.</param>
    public static int WordsOfPanel(int bits, int inFeatures) => bits == 4
        ? (inFeatures + CodesInWord - 1) / CodesInWord * WeightPanels.Width
        : inFeatures * WeightPanels.Width * bits / 32;

    /// <summary>Puts codes in row-major order, as <see cref="QuantizedValues"/> holds them, into panels.</summary>
    /// <param name="codes">The codes.</param>
    /// <param name="bits">Bits of a code: 4, 8 or 16.</param>
    /// <param name="outFeatures">The matrix's rows.</param>
    /// <param name="inFeatures">The matrix's columns.</param>
    /// <param name="panels">Where the panels go; all of it is written.</param>
    public static void Pack(ReadOnlySpan<byte> codes, int bits, int outFeatures, int inFeatures, Span<uint> panels)
    {
        panels.Clear();
        for (int row = 0; row < outFeatures; row++)
        {
            Span<uint> panel = Panel(panels, bits, row, inFeatures);
            int lane = row % WeightPanels.Width;
            long first = (long)row * inFeatures;
            switch (bits)
            {
                case 4:
                    PackRow(codes, first, inFeatures, panel, lane);
                    break;
                case 8:
                    Spread(codes.Slice((int)first, inFeatures), MemoryMarshal.Cast<uint, byte>(panel), lane);
                    break;
                default:
                    Spread(MemoryMarshal.Cast<byte, ushort>(codes).Slice((int)first, inFeatures), MemoryMarshal.Cast<uint, ushort>(panel), lane);
                    break;
            }
        }
    }

    /// <summary>Takes codes out of panels, into row-major order.</summary>
    /// <param name="panels">The panels.</param>
    /// <param name="bits">Bits of a code: 4, 8 or 16.</param>
    /// <param name="outFeatures">The matrix's rows.</param>
    /// <param name="inFeatures">The matrix's columns.</param>
    /// <param name="codes">Where the codes go, as <see cref="QuantizedValues"/> holds them.</param>
    public static void Unpack(ReadOnlySpan<uint> panels, int bits, int outFeatures, int inFeatures, Span<byte> codes)
    {
        codes.Clear();
        for (int row = 0; row < outFeatures; row++)
        {
            ReadOnlySpan<uint> panel = Panel(panels, bits, row, inFeatures);
            int lane = row % WeightPanels.Width;
            long first = (long)row * inFeatures;
            switch (bits)
            {
                case 4:
                    UnpackRow(panel, lane, codes, first, inFeatures);
                    break;
                case 8:
                    Collect(MemoryMarshal.Cast<uint, byte>(panel), lane, codes.Slice((int)first, inFeatures));
                    break;
                default:
                    Collect(MemoryMarshal.Cast<uint, ushort>(panel), lane, MemoryMarshal.Cast<byte, ushort>(codes).Slice((int)first, inFeatures));
                    break;
            }
        }
    }

    /// <summary>Takes the 16-bit numbers of one row out of panels.</summary>
    /// <param name="panels">The panels.</param>
    /// <param name="outFeature">The row of W.</param>
    /// <param name="numbers">Where the numbers go, as many as W has columns.</param>
    internal static void UnpackRow(ReadOnlySpan<uint> panels, int outFeature, Span<ushort> numbers) =>
        Collect(MemoryMarshal.Cast<uint, ushort>(Panel(panels, 16, outFeature, numbers.Length)), outFeature % WeightPanels.Width, numbers);

    private static Span<uint> Panel(Span<uint> panels, int bits, int row, int inFeatures)
    {
        int words = WordsOfPanel(bits, inFeatures);
        return panels.Slice(row / WeightPanels.Width * words, words);
    }

    private static ReadOnlySpan<uint> Panel(ReadOnlySpan<uint> panels, int bits, int row, int inFeatures)
    {
        int words = WordsOfPanel(bits, inFeatures);
        return panels.Slice(row / WeightPanels.Width * words, words);
    }

    private static void PackRow(ReadOnlySpan<byte> codes, long first, int count, Span<uint> panel, int lane)
    {
        int feature = 0;
        if (first % 2 == 0)
        {
            ReadOnlySpan<byte> row = codes[(int)(first / 2)..];
            for (; feature + CodesInWord <= count; feature += CodesInWord)
                panel[(feature / CodesInWord * WeightPanels.Width) + lane] = SwapInBytes(BinaryPrimitives.ReadUInt32LittleEndian(row[(feature / 2)..]));
        }

        for (; feature < count; feature++)
        {
            long element = first + feature;
            uint code = (uint)(codes[(int)(element / 2)] >> (element % 2 == 0 ? 4 : 0)) & 15;
            panel[(feature / CodesInWord * WeightPanels.Width) + lane] |= code << (feature % CodesInWord * 4);
        }
    }

    private static void UnpackRow(ReadOnlySpan<uint> panel, int lane, Span<byte> codes, long first, int count)
    {
        int feature = 0;
        if (first % 2 == 0)
        {
            Span<byte> row = codes[(int)(first / 2)..];
            for (; feature + CodesInWord <= count; feature += CodesInWord)
                BinaryPrimitives.WriteUInt32LittleEndian(row[(feature / 2)..], SwapInBytes(panel[(feature / CodesInWord * WeightPanels.Width) + lane]));
        }

        for (; feature < count; feature++)
        {
            long element = first + feature;
            uint code = (panel[(feature / CodesInWord * WeightPanels.Width) + lane] >> (feature % CodesInWord * 4)) & 15;
            codes[(int)(element / 2)] |= (byte)(code << (element % 2 == 0 ? 4 : 0));
        }
    }

    /// <summary>Exchanges the halves of each byte: files hold the first of two codes in the high one, panels in the low one.</summary>
    private static uint SwapInBytes(uint word) => ((word & 0x0F0F0F0F) << 4) | ((word >> 4) & 0x0F0F0F0F);

    private static void Spread<T>(ReadOnlySpan<T> row, Span<T> panel, int lane)
    {
        for (int i = 0; i < row.Length; i++)
            panel[(i * WeightPanels.Width) + lane] = row[i];
    }

    private static void Collect<T>(ReadOnlySpan<T> panel, int lane, Span<T> row)
    {
        for (int i = 0; i < row.Length; i++)
            row[i] = panel[(i * WeightPanels.Width) + lane];
    }
}
