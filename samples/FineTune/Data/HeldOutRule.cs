using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace FineTune.Data;

/// <summary>
/// Decides which texts are held out of training: those for which the SHA-256 of the UTF-8 bytes, read as a number with the
/// first byte highest, is divisible by ten. The decision is the text's own, so it does not depend on what else there is.
/// </summary>
internal static class HeldOutRule
{
    private const int OneOf = 10;

    /// <summary>Whether a text is held out.</summary>
    /// <param name="text">The text.</param>
    public static bool HoldsOut(string text) =>
        (new BigInteger(SHA256.HashData(Encoding.UTF8.GetBytes(text)), isUnsigned: true, isBigEndian: true) % OneOf).IsZero;

    /// <summary>
    /// Divides items. Where the rule holds out none of several, the last one is held out; where it would hold out all, all
    /// but the last one train.
    /// </summary>
    /// <typeparam name="T">The type of the items.</typeparam>
    /// <param name="items">The items.</param>
    /// <param name="textOf">The text that decides on an item.</param>
    public static (IReadOnlyList<T> Training, IReadOnlyList<T> HeldOut) Divide<T>(IReadOnlyList<T> items, Func<T, string> textOf)
    {
        ILookup<bool, T> divided = items.ToLookup(item => HoldsOut(textOf(item)));
        if (divided.Contains(true) && divided.Contains(false))
            return ([.. divided[false]], [.. divided[true]]);
        return items.Count < 2 ? (items, []) : ([.. items.SkipLast(1)], [items[^1]]);
    }
}
