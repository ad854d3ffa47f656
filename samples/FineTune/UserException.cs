namespace FineTune;

/// <summary>Something that the user can put right: the message says in one line what is wrong and what to do.</summary>
/// <param name="message">The message.</param>
internal sealed class UserException(string message) : Exception(message);
