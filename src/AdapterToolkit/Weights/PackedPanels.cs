using System.Buffers.Binary;
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
internal static class PackedPanels
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
        Move<IntoPanels>(Writable(codes), bits, outFeatures, inFeatures, panels);
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
        Move<OutOfPanels>(codes, bits, outFeatures, inFeatures, Writable(panels));
    }

    /// <summary>Takes the 16-bit numbers of one row out of panels.</summary>
    /// <param name="panels">The panels.</param>
    /// <param name="outFeature">The row of W.</param>
    /// <param name="numbers">Where the numbers go, as many as W has columns.</param>
    internal static void UnpackRow(ReadOnlySpan<uint> panels, int outFeature, Span<ushort> numbers) =>
        MoveRow<OutOfPanels, ushort>(
            numbers, MemoryMarshal.Cast<uint, ushort>(Panel(Writable(panels), 16, outFeature, numbers.Length)), outFeature % WeightPanels.Width);

    /// <summary>A span's elements for code that writes to those of the other side alone.</summary>
    private static Span<T> Writable<T>(ReadOnlySpan<T> elements) => MemoryMarshal.CreateSpan(ref MemoryMarshal.GetReference(elements), elements.Length);

    private static Span<uint> Panel(Span<uint> panels, int bits, int row, int inFeatures)
    {
        int words = WordsOfPanel(bits, inFeatures);
        return panels.Slice(row / WeightPanels.Width * words, words);
    }

    /// <summary>Moves all codes from one side to the other.</summary>
    private static void Move<TDirection>(Span<byte> codes, int bits, int outFeatures, int inFeatures, Span<uint> panels)
        where TDirection : struct, IDirection
    {
        for (int row = 0; row < outFeatures; row++)
        {
            Span<uint> panel = Panel(panels, bits, row, inFeatures);
            int lane = row % WeightPanels.Width;
            long first = (long)row * inFeatures;
            switch (bits)
            {
                case 4:
                    MoveHalfBytes<TDirection>(codes, first, inFeatures, panel, lane);
                    break;
                case 8:
                    MoveRow<TDirection, byte>(codes.Slice((int)first, inFeatures), MemoryMarshal.Cast<uint, byte>(panel), lane);
                    break;
                default:
                    MoveRow<TDirection, ushort>(
                        MemoryMarshal.Cast<byte, ushort>(codes).Slice((int)first, inFeatures), MemoryMarshal.Cast<uint, ushort>(panel), lane);
                    break;
            }
        }
    }

    private static void MoveRow<TDirection, T>(Span<T> row, Span<T> panel, int lane)
        where TDirection : struct, IDirection
    {
        for (int i = 0; i < row.Length; i++)
            TDirection.Move(ref row[i], ref panel[(i * WeightPanels.Width) + lane]);
    }

    /// <summary>Moves the 4-bit codes of a row: by words where the row begins with a whole byte, the others one by one.</summary>
    private static void MoveHalfBytes<TDirection>(Span<byte> codes, long first, int count, Span<uint> panel, int lane)
        where TDirection : struct, IDirection
    {
        int feature = 0;
        if (first % 2 == 0)
        {
            Span<byte> row = codes[(int)(first / 2)..];
            for (; feature + CodesInWord <= count; feature += CodesInWord)
                TDirection.MoveWord(row.Slice(feature / 2, sizeof(uint)), ref panel[(feature / CodesInWord * WeightPanels.Width) + lane]);
        }

        for (; feature < count; feature++)
        {
            long element = first + feature;
            ref uint word = ref panel[(feature / CodesInWord * WeightPanels.Width) + lane];
            TDirection.MoveHalfByte(ref codes[(int)(element / 2)], element % 2 == 0 ? 4 : 0, ref word, feature % CodesInWord * 4);
        }
    }

    /// <summary>Exchanges the halves of each byte: files hold the first of two codes in the high one, panels in the low one.</summary>
    private static uint SwapInBytes(uint word) => ((word & 0x0F0F0F0F) << 4) | ((word >> 4) & 0x0F0F0F0F);

    /// <summary>The side from which codes move to the other.</summary>
    private interface IDirection
    {
        /// <summary>Moves a code of whole bytes.</summary>
        static abstract void Move<T>(ref T code, ref T place);

        /// <summary>Moves eight 4-bit codes.</summary>
        static abstract void MoveWord(Span<byte> codes, ref uint word);

        /// <summary>Moves one 4-bit code; the side that it moves to has zeros there.</summary>
        static abstract void MoveHalfByte(ref byte codes, int shift, ref uint word, int shiftInWord);
    }

    private readonly struct IntoPanels : IDirection
    {
        public static void Move<T>(ref T code, ref T place) => place = code;

        public static void MoveWord(Span<byte> codes, ref uint word) => word = SwapInBytes(BinaryPrimitives.ReadUInt32LittleEndian(codes));

        public static void MoveHalfByte(ref byte codes, int shift, ref uint word, int shiftInWord) => word |= ((uint)(codes >> shift) & 15) << shiftInWord;
    }

    private readonly struct OutOfPanels : IDirection
    {
        public static void Move<T>(ref T code, ref T place) => code = place;

        public static void MoveWord(Span<byte> codes, ref uint word) => BinaryPrimitives.WriteUInt32LittleEndian(codes, SwapInBytes(word));

        public static void MoveHalfByte(ref byte codes, int shift, ref uint word, int shiftInWord) => codes |= (byte)(((word >> shiftInWord) & 15) << shift);
    }
}
