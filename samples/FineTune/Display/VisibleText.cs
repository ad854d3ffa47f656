namespace FineTune.Display;

/// <summary>Text that comes from files or out of a model, for a terminal: characters that would control it are shown, not sent.</summary>
internal static class VisibleText
{
    private const char FirstPicture = '\u2400', Delete = '\u007F', PictureOfDelete = '\u2421', Replacement = '\uFFFD';

    /// <summary>Replaces control characters, but for line breaks and tabs, by their pictures in Unicode, or the replacement character.</summary>
    /// <param name="text">The text.</param>
    public static string Of(string text) => string.Create(text.Length, text, static (characters, text) =>
    {
        for (int i = 0; i < characters.Length; i++)
            characters[i] = Of(text[i]);
    });

    private static char Of(char character) => character switch
    {
        '\n' or '\t' => character,
        < ' ' => (char)(FirstPicture + character),
        Delete => PictureOfDelete,
        _ => char.IsControl(character) ? Replacement : character,
    };
}
