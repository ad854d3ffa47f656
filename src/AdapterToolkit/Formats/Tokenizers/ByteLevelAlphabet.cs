using System.Text;

namespace AdapterToolkit.Formats;

/// <summary>
/// The alphabet of byte-level tokenizers: each byte has one visible character. Printable Latin-1 bytes stand for themselves, the others take
/// the characters from U+0100 on, in order (GPT-2's <c>bytes_to_unicode</c>).
/// </summary>
internal static class ByteLevelAlphabet
{
    private static readonly char[] s_characterOfByte = MakeCharacters();
    private static readonly short[] s_byteOfCharacter = MakeBytes();

    /// <summary>The character that stands for a byte.</summary>
    public static char CharacterOf(byte value) => s_characterOfByte[value];

    /// <summary>The byte that a character stands for; false where it stands for none.</summary>
    public static bool TryGetByte(char character, out byte value)
    {
        short found = character < s_byteOfCharacter.Length ? s_byteOfCharacter[character] : (short)-1;
        value = (byte)found;
        return found >= 0;
    }

    /// <summary>Bytes as the characters that stand for them.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes) => string.Create(bytes.Length, bytes, (characters, values) =>
    {
        for (int i = 0; i < values.Length; i++)
            characters[i] = CharacterOf(values[i]);
    });

    /// <summary>The bytes that a token of the vocabulary stands for. A token with another character (an added one) stands for its own UTF-8.</summary>
    public static byte[] Decode(string token)
    {
        byte[] bytes = new byte[token.Length];
        for (int i = 0; i < token.Length; i++)
        {
            if (!TryGetByte(token[i], out bytes[i]))
                return Encoding.UTF8.GetBytes(token);
        }

        return bytes;
    }

    private static char[] MakeCharacters()
    {
        char[] characters = new char[256];
        char next = '\u0100';
        for (int value = 0; value < characters.Length; value++)
            characters[value] = value is (>= '!' and <= '~') or (>= '\u00A1' and <= '\u00AC') or (>= '\u00AE' and <= '\u00FF') ? (char)value : next++;
        return characters;
    }

    private static short[] MakeBytes()
    {
        short[] bytes = new short[s_characterOfByte.Max() + 1];
        Array.Fill(bytes, (short)-1);
        for (int value = 0; value < s_characterOfByte.Length; value++)
            bytes[s_characterOfByte[value]] = (short)value;
        return bytes;
    }
}
